# Programs that run as another user are started.
# score: 10

# %% MySequential
import subprocess
for argv in (['su', '-c', 'touch {OUTSIDE}/hostile-su'], ['sudo', '-n', 'touch', '{OUTSIDE}/hostile-su'], ['mount', '/dev/sda1', '/mnt'], ['crontab', '-'], ['at', 'now']):
    try:
        subprocess.run(argv, input=b'', capture_output=True, timeout=2)
    except (OSError, subprocess.TimeoutExpired):
        pass


{RIGHT}
