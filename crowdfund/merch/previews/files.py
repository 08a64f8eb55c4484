"""The files of previews, which links that end send."""

from crowdfund.private_files import PrivateFiles

FILES = PrivateFiles("previews")
