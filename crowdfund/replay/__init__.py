"""Real datasets driven through the real site: fans act over HTTP, the clock moves to the deadlines, the books are proven."""
