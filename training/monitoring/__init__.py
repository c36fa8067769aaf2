"""Monitor a deployed run, and recommend by documented rules to collect, train, deploy, keep or retrain."""
