"""What is read of the box office for pages, reports and funds: nothing here changes a row."""
