// The open profile of retrogait on an Arduino Nano 33 BLE (LSM9DS1 or BMI270), or with another header
// for the sensor on any board that ArduinoBLE supports. See open-profile.md.
#include <ArduinoBLE.h>
#include <Arduino_BMI270_BMM150.h>  // Rev2; for the first Nano 33 BLE: #include <Arduino_LSM9DS1.h>

const int PER_PACKET = 5;
const float COUNTS_PER_G = 2048, RANGE_DPS = 2000;

BLEService service("6d6f7475-0001-4b1e-9d3a-5f1c0c3f0001");
BLECharacteristic data("6d6f7475-0002-4b1e-9d3a-5f1c0c3f0001", BLENotify, 8 + 12 * PER_PACKET);
BLECharacteristic control("6d6f7475-0003-4b1e-9d3a-5f1c0c3f0001", BLEWrite | BLEWriteWithoutResponse, 3);
BLECharacteristic info("6d6f7475-0004-4b1e-9d3a-5f1c0c3f0001", BLERead, 8);

// As on the air: these boards are little-endian, and the fields lie without gaps.
struct __attribute__((packed)) Packet {
  uint16_t number, count;
  uint32_t time_us;
  int16_t samples[PER_PACKET][6];
} packet;

uint16_t taken = 0;  // samples since power-on; wraps by itself
uint16_t rate = 0;   // 0: nobody wants any
int filled = 0;

int16_t counts(float value, float per_unit) {
  float c = roundf(value * per_unit);
  return c > 32767 ? 32767 : c < -32768 ? -32768 : (int16_t)c;
}

void sayInfo(uint16_t hz) {
  uint16_t words[3] = {(uint16_t)COUNTS_PER_G, (uint16_t)RANGE_DPS, hz};
  uint8_t bytes[8] = {1, 0};
  memcpy(bytes + 2, words, 6);
  info.writeValue(bytes, 8);
}

void onControl(BLEDevice, BLECharacteristic) {
  const uint8_t *v = control.value();
  rate = (v[0] == 1 && control.valueLength() == 3) ? (uint16_t)IMU.accelerationSampleRate() : 0;
  filled = 0;
  if (rate) sayInfo(rate);
}

void setup() {
  if (!IMU.begin() || !BLE.begin())
    while (true) {}
  BLE.setLocalName("GaitIMU");
  BLE.setDeviceName("GaitIMU");
  BLE.setConnectionInterval(6, 12);  // 7.5 to 15 ms
  BLE.setAdvertisedService(service);
  service.addCharacteristic(data);
  service.addCharacteristic(control);
  service.addCharacteristic(info);
  BLE.addService(service);
  control.setEventHandler(BLEWritten, onControl);
  sayInfo(100);
  BLE.advertise();
}

void loop() {
  BLE.poll();
  if (!BLE.connected()) { rate = 0; filled = 0; }
  // The sensor's own rate is the clock. Both are read at once, so that they belong together.
  if (!IMU.accelerationAvailable() || !IMU.gyroscopeAvailable()) return;
  float a[3], g[3];
  uint32_t now = micros();
  IMU.readAcceleration(a[0], a[1], a[2]);
  IMU.readGyroscope(g[0], g[1], g[2]);
  uint16_t number = taken++;  // counted whether or not anyone listens
  if (!rate) return;
  if (filled == 0) { packet.number = number; packet.time_us = now; }
  for (int i = 0; i < 3; i++) {
    packet.samples[filled][i] = counts(a[i], COUNTS_PER_G);
    packet.samples[filled][3 + i] = counts(g[i], 32768.0f / RANGE_DPS);
  }
  if (++filled == PER_PACKET) {
    packet.count = PER_PACKET;
    data.writeValue((uint8_t *)&packet, sizeof packet);
    filled = 0;
  }
}
