"""The files of previews, which links that end send."""

from crowdfund.web.private_files import PrivateFiles

FILES = PrivateFiles("previews")
