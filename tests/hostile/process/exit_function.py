# exit() is called in a cell.
# score: 0

# %% MySequential
exit()


class MySequential(nn.Block):
    pass
