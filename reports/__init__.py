"""Pages and pictures: reads results, changes nothing."""
