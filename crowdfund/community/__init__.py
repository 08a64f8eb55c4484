"""What fans and makers do together besides money."""
