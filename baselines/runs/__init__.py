"""What runs the algorithms: runs and studies, the loop over updates, checkpoints, logs."""
