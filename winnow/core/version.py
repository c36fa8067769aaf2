"""The version of Winnow, in a module that imports nothing, so that every other module can use it."""

__version__ = "0.2.0"
