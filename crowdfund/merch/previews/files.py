"""The files of previews, which links that end send."""

from crowdfund.database.private_files import PrivateFiles

FILES = PrivateFiles("previews")
