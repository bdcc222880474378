# Process 1 of the sandbox is attached to as a debugger would.
# score: 10

# %% MySequential
import ctypes
libc = ctypes.CDLL(None)
for pid in (1, 2):
    if libc.ptrace(16, pid, 0, 0) == 0:
        libc.ptrace(17, pid, 0, 0)


{RIGHT}
