# One line of fifty megabytes is printed, more than a message may hold.
# score: 0

# %% MySequential
print('x' * 50_000_000)
raise RuntimeError


class MySequential(nn.Block):
    pass
