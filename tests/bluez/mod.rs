//! An `org.bluez` on a private bus, both in this process: enough of BlueZ for the real `btleplug`, with
//! sensors that answer as their documents say.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(dead_code, reason = "D-Bus reads what Rust does not")]

pub mod models;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use busd::bus::Bus;
use uuid::Uuid;
use zbus::object_server::InterfaceRef;
use zbus::{Connection, ObjectPath, OwnedObjectPath, connection, fdo, interface};
use zruntime::SharedRuntime;

use models::{Model, Spec};

const ADAPTER: &str = "/org/bluez/hci0";

/// What is done to a sensor from outside.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    /// Drop the link after so many more notifications.
    DropAfter(u64),
    /// Answer the next attempts to connect with the abort that BlueZ makes of them.
    AbortConnects(u32),
}

/// What is known of a sensor from outside.
#[derive(Clone, Debug, Default)]
pub struct Log {
    pub connections: u32,
    pub written: Vec<(Uuid, Vec<u8>)>,
    pub samples_sent: u64,
    pub drops: u32,
}

#[derive(Default)]
struct Fate {
    drop_after: Option<u64>,
    aborts: u32,
    log: Log,
}

/// The bus, with its sensors.
pub struct BlueZ {
    pub address: String,
    fates: Vec<Arc<Mutex<Fate>>>,
}

impl BlueZ {
    /// Starts a bus with these sensors in range, and the adapter on or off.
    pub fn start(specs: Vec<Spec>, powered: bool) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let n = NUMBER.fetch_add(1, Ordering::Relaxed);
        let address = format!("unix:abstract=retrogait-test-{}-{n}", std::process::id());
        let fates: Vec<_> = specs.iter().map(|_| Arc::new(Mutex::new(Fate::default()))).collect();
        let (ready, wait) = mpsc::channel();
        thread::spawn({
            let (address, fates) = (address.clone(), fates.clone());
            move || zruntime::block_on(serve(address, specs, fates, powered, ready))
        });
        wait.recv_timeout(Duration::from_secs(20)).expect("the bus starts");
        Self { address, fates }
    }

    pub fn act(&self, sensor: usize, act: Act) {
        let mut fate = self.fates[sensor].lock().unwrap();
        match act {
            Act::DropAfter(n) => fate.drop_after = Some(n),
            Act::AbortConnects(n) => fate.aborts = n,
        }
    }

    pub fn log(&self, sensor: usize) -> Log {
        self.fates[sensor].lock().unwrap().log.clone()
    }
}

async fn serve(
    address: String,
    specs: Vec<Spec>,
    fates: Vec<Arc<Mutex<Fate>>>,
    powered: bool,
    ready: mpsc::Sender<()>,
) {
    let mut bus = Bus::for_address(Some(&address)).await.unwrap();
    let given = bus.address().clone();
    let running = zruntime::spawn(async move { bus.run().await });
    let conn = connection::Builder::address(given).build().await.unwrap();
    conn.object_server().at("/", fdo::ObjectManager).await.unwrap();
    let devices: Vec<_> = specs
        .into_iter()
        .zip(fates)
        .enumerate()
        .map(|(i, (spec, fate))| World {
            path: format!("{ADAPTER}/dev_{}", spec.address.replace(':', "_")),
            number: i,
            spec: Arc::new(spec),
            fate,
            conn: conn.clone(),
        })
        .collect();
    conn.object_server().at(ADAPTER, Adapter { devices, discovering: false, powered }).await.unwrap();
    conn.request_name("org.bluez").await.unwrap();
    ready.send(()).unwrap();
    let _ = running.await;
}

async fn sleep(ms: u64) {
    SharedRuntime::current().unwrap().sleep(Duration::from_millis(ms)).await;
}

/// One sensor in its world.
#[derive(Clone)]
struct World {
    path: String,
    number: usize,
    spec: Arc<Spec>,
    fate: Arc<Mutex<Fate>>,
    conn: Connection,
}

struct Adapter {
    devices: Vec<World>,
    discovering: bool,
    powered: bool,
}

#[interface(name = "org.bluez.Adapter1")]
impl Adapter {
    #[zbus(property)]
    fn address(&self) -> String {
        "00:AA:01:00:00:01".into()
    }
    #[zbus(property)]
    fn address_type(&self) -> String {
        "public".into()
    }
    #[zbus(property)]
    fn name(&self) -> String {
        "test".into()
    }
    #[zbus(property)]
    fn alias(&self) -> String {
        "test".into()
    }
    #[zbus(property)]
    fn powered(&self) -> bool {
        self.powered
    }
    #[zbus(property)]
    fn set_powered(&mut self, on: bool) {
        self.powered = on;
    }
    #[zbus(property)]
    fn discovering(&self) -> bool {
        self.discovering
    }
    #[zbus(property)]
    fn modalias(&self) -> String {
        "usb:v1D6Bp0246d0542".into()
    }
    fn set_discovery_filter(&self, _filter: HashMap<String, zbus::OwnedVariant>) {}
    async fn start_discovery(&mut self) {
        self.discovering = true;
        for world in self.devices.clone() {
            zruntime::spawn(async move {
                sleep(50).await;
                world.appear().await;
            })
            .detach();
        }
    }
    fn stop_discovery(&mut self) {
        self.discovering = false;
    }
    fn remove_device(&self, _device: ObjectPath<'_>) {}
}

impl World {
    /// The device is heard.
    async fn appear(&self) {
        let server = self.conn.object_server();
        match server.interface::<_, Device>(self.path.as_str()).await {
            Ok(device) => {
                device.get().await.r_s_s_i_changed(device.signal_emitter()).await.unwrap();
            }
            Err(_) => {
                let device = Device { world: self.clone(), connected: false, resolved: false };
                server.at(self.path.as_str(), device).await.unwrap();
            }
        }
    }

    fn service(&self, i: usize) -> String {
        format!("{}/service{i:04x}", self.path)
    }

    fn characteristic(&self, i: usize, j: usize) -> String {
        format!("{}/char{j:04x}", self.service(i))
    }

    async fn set(&self, connected: bool, resolved: bool) {
        let device = self.conn.object_server().interface::<_, Device>(self.path.as_str()).await.unwrap();
        let mut it = device.get_mut().await;
        (it.connected, it.resolved) = (connected, resolved);
        it.connected_changed(device.signal_emitter()).await.unwrap();
        it.services_resolved_changed(device.signal_emitter()).await.unwrap();
    }

    /// The link is up: services show, and the sensor lives until it is down again.
    async fn connect(&self) {
        self.fate.lock().unwrap().log.connections += 1;
        let model = Arc::new(Mutex::new((self.spec.model)()));
        let server = self.conn.object_server();
        let mut characteristics = HashMap::new();
        for (i, (service, chars)) in self.spec.services.iter().enumerate() {
            let device = OwnedObjectPath::try_from(self.path.clone()).unwrap();
            let it = Service { uuid: service.to_string(), device };
            server.at(self.service(i).as_str(), it).await.unwrap();
            for (j, (uuid, flags)) in chars.iter().enumerate() {
                let path = self.characteristic(i, j);
                let it = Characteristic {
                    uuid: *uuid,
                    service: OwnedObjectPath::try_from(self.service(i)).unwrap(),
                    flags: flags.iter().map(ToString::to_string).collect(),
                    value: Vec::new(),
                    notifying: false,
                    model: Arc::clone(&model),
                    fate: Arc::clone(&self.fate),
                };
                server.at(path.as_str(), it).await.unwrap();
                let found: InterfaceRef<Characteristic> = server.interface(path.as_str()).await.unwrap();
                characteristics.insert(*uuid, found);
            }
        }
        self.set(true, true).await;
        let world = self.clone();
        zruntime::spawn(async move { world.live(model, characteristics).await }).detach();
    }

    async fn live(
        &self,
        model: Arc<Mutex<Box<dyn Model>>>,
        characteristics: HashMap<Uuid, InterfaceRef<Characteristic>>,
    ) {
        let start = Instant::now();
        loop {
            sleep(5).await;
            let up = self.conn.object_server().interface::<_, Device>(self.path.as_str()).await;
            if !up.unwrap().get().await.connected {
                return;
            }
            let values = model.lock().unwrap().values(start.elapsed());
            for (from, bytes, samples) in values {
                let Some(found) = characteristics.get(&from) else { continue };
                let mut it = found.get_mut().await;
                if !it.notifying {
                    continue;
                }
                it.value = bytes;
                it.value_changed(found.signal_emitter()).await.unwrap();
                let drop_now = {
                    let mut fate = self.fate.lock().unwrap();
                    fate.log.samples_sent += samples;
                    match &mut fate.drop_after {
                        Some(0) => {
                            fate.drop_after = None;
                            fate.log.drops += 1;
                            true
                        }
                        Some(n) => {
                            *n -= 1;
                            false
                        }
                        None => false,
                    }
                };
                drop(it);
                if drop_now {
                    return self.down().await;
                }
            }
        }
    }

    /// The link is down.
    async fn down(&self) {
        self.set(false, false).await;
        let server = self.conn.object_server();
        for (i, (_, chars)) in self.spec.services.iter().enumerate() {
            for j in 0..chars.len() {
                let _ = server.remove::<Characteristic, _>(self.characteristic(i, j).as_str()).await;
            }
            let _ = server.remove::<Service, _>(self.service(i).as_str()).await;
        }
    }
}

struct Device {
    world: World,
    connected: bool,
    resolved: bool,
}

#[interface(name = "org.bluez.Device1")]
impl Device {
    #[zbus(property)]
    fn address(&self) -> String {
        self.world.spec.address.to_string()
    }
    #[zbus(property)]
    fn address_type(&self) -> String {
        "random".into()
    }
    #[zbus(property)]
    fn name(&self) -> String {
        self.world.spec.name.to_string()
    }
    #[zbus(property)]
    fn alias(&self) -> String {
        self.world.spec.name.to_string()
    }
    #[zbus(property)]
    fn adapter(&self) -> OwnedObjectPath {
        OwnedObjectPath::try_from(ADAPTER).unwrap()
    }
    #[zbus(property, name = "UUIDs")]
    fn uuids(&self) -> Vec<String> {
        self.world.spec.advertised.iter().map(ToString::to_string).collect()
    }
    #[zbus(property, name = "RSSI")]
    fn rssi(&self) -> i16 {
        -50 - i16::try_from(self.world.number).unwrap()
    }
    #[zbus(property)]
    fn paired(&self) -> bool {
        false
    }
    #[zbus(property)]
    fn trusted(&self) -> bool {
        false
    }
    #[zbus(property)]
    fn blocked(&self) -> bool {
        false
    }
    #[zbus(property)]
    fn legacy_pairing(&self) -> bool {
        false
    }
    #[zbus(property)]
    fn connected(&self) -> bool {
        self.connected
    }
    #[zbus(property)]
    fn services_resolved(&self) -> bool {
        self.resolved
    }
    async fn connect(&self) -> fdo::Result<()> {
        {
            let mut fate = self.world.fate.lock().unwrap();
            if fate.aborts > 0 {
                fate.aborts -= 1;
                return Err(fdo::Error::Failed("le-connection-abort-by-local".into()));
            }
        }
        let world = self.world.clone();
        // BlueZ answers when services are resolved; here they are by then.
        zruntime::spawn(async move { world.connect().await }).detach();
        Ok(())
    }
    async fn disconnect(&self) {
        let world = self.world.clone();
        zruntime::spawn(async move { world.down().await }).detach();
    }
}

struct Service {
    uuid: String,
    device: OwnedObjectPath,
}

#[interface(name = "org.bluez.GattService1")]
impl Service {
    #[zbus(property, name = "UUID")]
    fn uuid(&self) -> String {
        self.uuid.clone()
    }
    #[zbus(property)]
    fn primary(&self) -> bool {
        true
    }
    #[zbus(property)]
    fn device(&self) -> OwnedObjectPath {
        self.device.clone()
    }
}

struct Characteristic {
    uuid: Uuid,
    service: OwnedObjectPath,
    flags: Vec<String>,
    value: Vec<u8>,
    notifying: bool,
    model: Arc<Mutex<Box<dyn Model>>>,
    fate: Arc<Mutex<Fate>>,
}

#[interface(name = "org.bluez.GattCharacteristic1")]
impl Characteristic {
    #[zbus(property, name = "UUID")]
    fn uuid(&self) -> String {
        self.uuid.to_string()
    }
    #[zbus(property)]
    fn service(&self) -> OwnedObjectPath {
        self.service.clone()
    }
    #[zbus(property)]
    fn value(&self) -> Vec<u8> {
        self.value.clone()
    }
    #[zbus(property)]
    fn notifying(&self) -> bool {
        self.notifying
    }
    #[zbus(property)]
    fn flags(&self) -> Vec<String> {
        self.flags.clone()
    }
    #[zbus(property, name = "MTU")]
    fn mtu(&self) -> u16 {
        247
    }
    fn read_value(&self, _options: HashMap<String, zbus::OwnedVariant>) -> fdo::Result<Vec<u8>> {
        let read = self.model.lock().unwrap().read(self.uuid);
        read.ok_or_else(|| fdo::Error::NotSupported("not permitted".into()))
    }
    fn write_value(&self, value: Vec<u8>, _options: HashMap<String, zbus::OwnedVariant>) {
        self.fate.lock().unwrap().log.written.push((self.uuid, value.clone()));
        self.model.lock().unwrap().write(self.uuid, &value);
    }
    fn start_notify(&mut self) {
        self.notifying = true;
    }
    fn stop_notify(&mut self) -> fdo::Result<()> {
        self.notifying = false;
        Ok(())
    }
}
