"""What buyers say of what they were sent."""
