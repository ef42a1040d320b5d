"""The local sound device.

The audio callback is compiled and lives in a process of its own, fed through shared memory: a busy
Python, a compiler or a garbage collector cannot make it late, and a sound server that dies can be
left behind by ending that process. A process that plays knows nothing of music.
"""

from genmusic.playback.devices import DeviceChoice, list_devices
from genmusic.playback.output import DeviceOutput

__all__ = ["DeviceChoice", "DeviceOutput", "list_devices"]
