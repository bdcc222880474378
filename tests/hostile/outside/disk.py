# The disks of the sandbox are filled, which costs the test that needs a file; the machine's are
# not.
# score: 8

# %% MySequential
import os
for folder in (os.getcwd(), '/tmp', os.path.expanduser('~'), '/dev/shm', '/var/tmp'):
    for size in (16 << 20, 1 << 20, 64 << 10, 4 << 10):  # to the last page
        try:
            for i in range(300):
                with open(f'{folder}/hostile{size}-{i}', 'wb') as file:
                    os.posix_fallocate(file.fileno(), 0, size)
        except OSError:
            pass


{RIGHT}
