"""Tests. They mirror the packages; support, fixtures and fakes are what they share, e2e runs whole workflows."""
