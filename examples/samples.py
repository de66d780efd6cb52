"""A writer, a server and a reader on one loop: every second sample of a channel."""

import stream_core as sc


async def main():
    async with sc.Server("127.0.0.1", 50012) as server:
        async with sc.Client("daq", server.address) as daq, sc.Client("pc", server.address) as pc:
            ai0 = await daq.create_channel("rig1/adc/ai0", unit="V", dtype="float64", rate_hz=1000)
            reader = await pc.subscribe("rig1/adc/ai0", buffer_size=1000, overflow="ring", every=2)
            await ai0.send(1.25)  # waits while paused or the outbox is full
            print(await reader.get(timeout_s=1))


sc.run(main())  # asyncio.run on the best loop
