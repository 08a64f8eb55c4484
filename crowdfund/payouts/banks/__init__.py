"""The last leg of a payout: to an organisation's bank. What a bank sends back is tried again, and everybody concerned knows."""
