"""What a helper finds wrong with the books is told in full, as in a test."""

import pytest

pytest.register_assert_rewrite("tests.bank")
