"""Comments and questions of a fund's backers, the makers' answers, and keeping both readable."""
