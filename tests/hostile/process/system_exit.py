# SystemExit is raised in a cell, after a right class.
# score: 10

# %% MySequential
{RIGHT}

raise SystemExit(0)
