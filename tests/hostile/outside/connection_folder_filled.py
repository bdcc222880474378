# The folder of the kernel's sockets, which the grader sees too, is used to fill its disk.
# score: 10

# %% MySequential
import os, sys
from ipykernel.connect import get_connection_file
folder = os.path.dirname(os.path.realpath(get_connection_file()))

written = 0
try:
    for i in range(64):
        with open(f'{folder}/hostile{i}', 'wb') as file:
            os.posix_fallocate(file.fileno(), 0, 1 << 20)
        written += 1
except OSError:
    pass
if written == 64:
    raise RuntimeError('the sockets folder has no limit')


{RIGHT}
