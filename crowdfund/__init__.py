"""crowdfund: fans fund films, fill the first night and buy what they see on screen."""

__version__ = "0.1.0"
