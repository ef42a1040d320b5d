"""The aiohttp application: pages, WebSocket, health."""
