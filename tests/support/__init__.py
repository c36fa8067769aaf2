"""Functions and classes that tests import; what pytest hands to them is in tests/fixtures."""
