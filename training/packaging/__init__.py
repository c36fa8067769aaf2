"""Packages of an adapter for the runtimes that serve it, and the rules that each of them has."""
