"""Node editors that `benchmarks.canvas` measures, each in a process of its own: ours and those it is held against."""
