"""Cross-validation: a method measured on the train rows of a release, each predicted by a model that did not see it."""
