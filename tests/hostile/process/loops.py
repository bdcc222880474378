# The cell never ends, and the tests find no class.
# score: 0

# %% MySequential
while True:
    pass


class MySequential(nn.Block):
    pass
