"""Everything that is somebody's work in one list: tasks, and what other slices know to be due (`duties`)."""
