"""What fans and makers do together besides money: they are asked, and they talk."""
