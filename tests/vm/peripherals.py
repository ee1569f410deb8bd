"""Four sensors on a virtual radio link, for a machine with the real BlueZ at its other end.

Open profile, WitMotion, Movesense and a treadmill, on bumble's controllers. Each says on standard output
what it sent. In its second stream, the session after pairing, each inertial sensor drops the link once and
measures on meanwhile. The open profile leaves out every 40th notification besides. What the treadmill does when it is told to stop
stands in the file JOB/treadmill: confirm, refuse or silent.
"""
import asyncio
import os
import pathlib
import struct
import sys
import time

import bumble.logging
from bumble import hci
from bumble.controller import Controller
from bumble.core import UUID, AdvertisingData
from bumble.device import Device
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.host import Host
from bumble.link import LocalLink
from bumble.transport import open_transport
from bumble.transport.common import AsyncPipeSink

NOTIFY = Characteristic.Properties.NOTIFY
READ = Characteristic.Properties.READ
INDICATE = Characteristic.Properties.INDICATE
WRITE = Characteristic.Properties.WRITE | Characteristic.Properties.WRITE_WITHOUT_RESPONSE
ZERO = time.monotonic()


class Link(LocalLink):
    """bumble 0.0.236 labels each packet with the sender's random address; the connection may be from
    its public one, and the other side then drops the data. Here it is the connection's."""

    def send_acl_data(self, sender_controller, destination_address, transport, data):
        for c in sender_controller.le_connections.values():
            if c.peer_address == destination_address:
                to = self.find_le_controller(destination_address)
                if to is not None:
                    asyncio.get_running_loop().call_soon(to.on_link_acl_data, c.self_address, transport, data)
                return
        super().send_acl_data(sender_controller, destination_address, transport, data)

    def send_ll_control_pdu(self, sender_address, receiver_address, packet):
        say("link control", type(packet).__name__, sender_address, receiver_address)
        super().send_ll_control_pdu(sender_address, receiver_address, packet)


def say(*words):
    print(f"{time.monotonic() - ZERO:7.3f}", *words, flush=True)


class Sensor:
    """A sensor: services, and a loop that sends at its rate while someone listens."""

    name = ""
    advertised = []
    drops_at = None  # notifications of the second stream, after which it drops the link
    drop_after = None

    def __init__(self, link, address):
        self.rate = 0
        self.count = 0
        self.sent = 0
        self.streams = 0
        self.began = None
        self.conn = None
        controller = Controller(self.name, link=link)
        host = Host(controller, AsyncPipeSink(controller))
        self.device = Device(name=self.name, address=hci.Address(address), host=host)
        self.address = address

    def characteristic(self, uuid, properties, value=b"", write=None):
        permissions = Characteristic.READABLE | Characteristic.WRITEABLE
        if write:
            value = CharacteristicValue(write=lambda _, data: write(bytes(data)))
        return Characteristic(uuid, properties, permissions, value)

    def later(self, characteristic, value):
        """Answers after the write has been."""

        async def send():
            await asyncio.sleep(0.02)
            await self.device.notify_subscribers(characteristic, value)

        asyncio.ensure_future(send())

    async def start(self):
        self.device.add_service(Service(UUID.from_16_bits(0x180A), [self.characteristic(UUID.from_16_bits(0x2A26), READ, b"9.9")]))
        kind = AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS
        parts = [(AdvertisingData.FLAGS, b"\x06")]
        for uuid in self.advertised:
            if len(bytes(uuid)) == 2:
                kind = AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS
            parts.append((kind, bytes(uuid)))
        if not self.advertised:
            # Known by its name alone: the name is in what everyone hears.
            parts.append((AdvertisingData.COMPLETE_LOCAL_NAME, self.name.encode()))
        self.device.advertising_data = bytes(AdvertisingData(parts))
        self.device.scan_response_data = bytes(AdvertisingData([(AdvertisingData.COMPLETE_LOCAL_NAME, self.name.encode())]))

        @self.device.on("connection")
        def _(conn):
            self.conn = conn
            self.on_connection()
            say(self.name, "connected")

            def over(reason):
                self.conn = None
                self.rate = 0
                say(self.name, "disconnected", reason)

            conn.on("disconnection", over)

        await self.device.power_on()
        await self.device.start_advertising(auto_restart=True)

    def on_connection(self):
        pass

    def stream(self, rate):
        """Begins to stream. Its clock has run on since it began for the first time."""
        now = time.monotonic()
        if self.began is None:
            self.began = now
        self.count = max(self.count, int((now - self.began) * rate) // self.per * self.per)
        self.streams += 1
        if self.streams == 2:
            self.drop_after = self.drops_at
        self.rate = rate
        say(self.name, "streams from", self.count, "sent before", self.sent)

    def stopped(self):
        self.rate = 0
        say(self.name, "stopped at", self.count, "sent before", self.sent)

    async def run(self):
        due = time.monotonic()
        while True:
            if not self.rate:
                await asyncio.sleep(0.02)
                due = time.monotonic()
                continue
            due += self.per / self.rate
            await asyncio.sleep(max(0, due - time.monotonic()))
            # It may have been stopped meanwhile.
            for value, samples in self.packet() if self.rate else []:
                if value is not None and self.conn:
                    await self.device.notify_subscribers(self.data, value)
                    self.sent += samples
            if self.conn and self.drop_after is not None:
                self.drop_after -= 1
                if self.drop_after == 0:
                    say(self.name, "drops the link")
                    await self.conn.disconnect()


class Open(Sensor):
    name, per, drops_at = "GaitIMU", 5, 80
    base = "6d6f7475-000%d-4b1e-9d3a-5f1c0c3f0001"
    advertised = [UUID(base % 1)]

    def services(self):
        self.data = self.characteristic(self.base % 2, NOTIFY)
        self.device.add_service(
            Service(self.base % 1, [
                self.data,
                self.characteristic(self.base % 3, WRITE, write=self.control),
                self.characteristic(self.base % 4, READ, struct.pack("<BBHHH", 1, 0, 2048, 2000, 100)),
            ]))
        self.device.add_service(Service(UUID.from_16_bits(0x180F), [self.characteristic(UUID.from_16_bits(0x2A19), READ | NOTIFY, bytes([87]))]))

    def control(self, data):
        if data[0] == 1:
            self.stream(100)
        else:
            self.stopped()

    def packet(self):
        us = int(self.count * 10_000) & 0xFFFFFFFF
        head = struct.pack("<HHI", self.count & 0xFFFF, self.per, us)
        self.count += self.per
        if self.count // self.per % 40 == 0:
            return [(None, 0)]
        return [(head + struct.pack("<6h", 0, 2048, 0, 0, 0, 16) * self.per, self.per)]


class Wit(Sensor):
    name, per, drops_at = "WT901BLE68", 1, 800
    base = "0000%s-0000-1000-8000-00805f9a34fb"

    def services(self):
        self.data = self.characteristic(self.base % "ffe4", NOTIFY)
        self.device.add_service(Service(self.base % "ffe5", [self.data, self.characteristic(self.base % "ffe9", WRITE, write=self.command)]))

    def on_connection(self):
        # It streams by itself, slowly until it is told otherwise.
        self.rate = 10

    def command(self, data):
        if data[2] == 0x03:
            self.stream({0x08: 50, 0x09: 100, 0x0B: 200}[data[3]])
        if data[2] == 0x27:
            self.later(self.data, bytes([0x55, 0x71, data[3], 0]) + struct.pack("<8H", 394, 0, 0, 0, 0, 0, 0, 0))

    def packet(self):
        return [(bytes([0x55, 0x61]) + struct.pack("<9h", 0, 2048, 0, 0, 0, 16, 0, 0, 0), 1)]


class Movesense(Sensor):
    name, per, drops_at = "Movesense 223344", 8, 40
    base = "3480%s-7185-4d5d-b431-630e7050e8f0"
    advertised = [UUID.from_16_bits(0xFDF3)]

    def services(self):
        self.data = self.characteristic(self.base % "0002", NOTIFY)
        self.device.add_service(Service(self.base % "2252", [self.data, self.characteristic(self.base % "0001", WRITE, write=self.command)]))

    def command(self, data):
        if data[0] == 1:
            path = data[2:].decode()
            say(self.name, "asked for", path)
            self.later(self.data, bytes([1, data[1]]) + struct.pack("<H", 200))
            self.reference = data[1]
            self.stream(int(path.rsplit("/", 1)[1]))
        if data[0] == 2:
            self.stopped()

    def packet(self):
        ms = round(self.count * 1000 / self.rate)
        self.count += self.per
        payload = struct.pack("<I", ms) + struct.pack("<3f", 0, 9.80665, 0) * 8 + struct.pack("<3f", 0, 0, 1) * 8
        # The firmware's packets are of 161 bytes: a message comes in two.
        return [(bytes([2, self.reference]) + payload[:156], 0), (bytes([3, self.reference]) + payload[156:], 8)]


class Treadmill(Sensor):
    name, per = "Horizon", 1
    advertised = [UUID.from_16_bits(0x1826)]

    kmh = 3.24
    job = pathlib.Path()

    def services(self):
        self.data = self.characteristic(UUID.from_16_bits(0x2ACD), NOTIFY)
        self.status = self.characteristic(UUID.from_16_bits(0x2ADA), NOTIFY)
        self.point = self.characteristic(UUID.from_16_bits(0x2AD9), Characteristic.Properties.WRITE | INDICATE, write=self.control)
        self.device.add_service(Service(UUID.from_16_bits(0x1826), [self.data, self.status, self.point]))

    def on_connection(self):
        self.rate = 4

    def control(self, data):
        mode = self.job / "treadmill"
        mode = mode.read_text().strip() if mode.exists() else "none"
        say(self.name, "control", data.hex(), mode)
        if data == b"\x00":
            self.answer(b"\x80\x00\x01")
        if data == b"\x08\x01" and mode == "confirm":
            self.kmh = 0
            self.answer(b"\x80\x08\x01")
            self.later(self.status, b"\x02\x01")
        if data == b"\x08\x01" and mode == "refuse":
            self.answer(b"\x80\x08\x05")

    def answer(self, value):
        async def send():
            await self.device.indicate_subscribers(self.point, value)

        asyncio.ensure_future(send())

    def packet(self):
        # Speed in 0.01 km/h; inclination in 0.1 %, and no ramp angle.
        return [(struct.pack("<HHhh", 8, round(100 * self.kmh), 15, 0x7FFF), 0)]


async def main(transport):
    async with await open_transport(transport) as t:
        link = Link()
        public = hci.Address("00:AA:01:00:00:01", hci.Address.PUBLIC_DEVICE_ADDRESS)
        adapter = Controller("adapter", host_source=t.source, host_sink=t.sink, link=link, public_address=public)
        # bumble 0.0.236 says that its adapter has link layer privacy and extended advertising, and then tells
        # of a connection by the event of adapters that have neither. Linux waits for the other event, takes
        # the connection for a failed attempt after 4 s, and never sends the disconnection: the sensor
        # believes that it is still connected, and does not advertise again.
        adapter.le_features &= ~(hci.LeFeatureMask.LL_PRIVACY | hci.LeFeatureMask.LE_EXTENDED_ADVERTISING)
        sensors = [make(link, f"F2:00:00:00:00:{i:02X}") for i, make in enumerate([Open, Wit, Movesense, Treadmill], 1)]
        for sensor in sensors:
            sensor.services()
            await sensor.start()
        say("all advertise")
        await asyncio.gather(*(s.run() for s in sensors))


bumble.logging.setup_basic_logging(os.environ.get("BUMBLE_LOGLEVEL", "WARNING"))
Treadmill.job = pathlib.Path(sys.argv[2])
asyncio.run(main(sys.argv[1]))
