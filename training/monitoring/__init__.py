"""Watch a deployed run and decide by stated rules whether to collect, train, deploy, keep or retrain."""
