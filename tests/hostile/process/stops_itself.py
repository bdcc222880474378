# The kernel stops without ending, in its cell.
# score: 0

# %% MySequential
import os, signal
os.kill(os.getpid(), signal.SIGSTOP)


class MySequential(nn.Block):
    pass
