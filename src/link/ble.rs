//! The machine's Bluetooth adapter, through `btleplug`.
//!
//! On Linux that is BlueZ over D-Bus. What matters of it here: notifications go on being possible on a
//! stream whose link is down, so its end is watched apart; of two characteristics with one UUID in a
//! service only the first is seen; a connection can be given up by the Bluetooth service itself and
//! work at once when tried again; connection parameters cannot be asked for.

use std::time::Duration;

use btleplug::api::{
    BDAddr, Central as _, CentralEvent, CentralState, CharPropFlags, Characteristic, Manager as _,
    Peripheral as _, ScanFilter, WriteType,
};
use btleplug::platform::{Adapter, Manager, Peripheral, PeripheralId};
use futures_util::StreamExt;
use tokio::sync::mpsc;
use tokio::time::{interval, sleep};
use uuid::Uuid;

use super::transport::{Fault, Note, Notes, Peer, Transport};
use crate::decode::table::Advert;

/// Time between two looks at what is known of the devices in range, and between attempts to begin.
const LOOK_AGAIN: Duration = Duration::from_millis(700);
/// Attempts to begin a scan.
const SCAN_TRIES: u32 = 6;

/// Devices that may wait to be looked at.
const ADVERTS: usize = 64;

/// The adapter.
#[derive(Clone, Debug)]
pub struct Ble {
    adapter: Adapter,
}

impl Ble {
    /// The machine's first adapter, switched on.
    ///
    /// # Errors
    /// When there is no Bluetooth service, no adapter, or it is off.
    pub async fn open() -> Result<Self, Fault> {
        let ble = Self::any().await?;
        if ble.is_on().await? { Ok(ble) } else { Err(Fault::PoweredOff) }
    }

    /// The machine's first adapter, in whatever state.
    ///
    /// # Errors
    /// When there is no Bluetooth service, or no adapter.
    pub async fn any() -> Result<Self, Fault> {
        let manager = Manager::new().await.map_err(|e| fault(&e))?;
        let adapters = manager.adapters().await.map_err(|e| fault(&e))?;
        let adapter = adapters.into_iter().next().ok_or(Fault::NoAdapter)?;
        Ok(Self { adapter })
    }

    /// Whether it is switched on.
    ///
    /// # Errors
    /// When it does not say.
    pub async fn is_on(&self) -> Result<bool, Fault> {
        let state = self.adapter.adapter_state().await.map_err(|e| fault(&e))?;
        Ok(state != CentralState::PoweredOff)
    }

    /// What it calls itself.
    ///
    /// # Errors
    /// When it does not say.
    pub async fn name(&self) -> Result<String, Fault> {
        self.adapter.adapter_info().await.map_err(|e| fault(&e))
    }
}

/// An error of the Bluetooth service as what it means. Only its text tells.
fn fault(error: &btleplug::Error) -> Fault {
    use btleplug::Error as E;
    match error {
        E::PermissionDenied => return Fault::Denied("permission denied".into()),
        E::DeviceNotFound => return Fault::NotFound,
        E::NotConnected => return Fault::Gone,
        E::NoAdapterAvailable => return Fault::NoAdapter,
        _ => {}
    }
    let text = error.to_string();
    let has = |words: &[&str]| words.iter().any(|w| text.contains(w));
    if has(&["le-connection-abort-by-local", "Software caused connection abort"]) {
        return Fault::AbortedLocally;
    }
    if has(&[
        "Failed to connect to socket",
        "ServiceUnknown",
        "was not provided by any",
        "org.freedesktop.DBus.Error.NoServer",
    ]) {
        return Fault::NoService(text);
    }
    if has(&["AccessDenied", "Permission denied", "Rejected send message"]) {
        return Fault::Denied(text);
    }
    if has(&["Resource Not Ready", "org.bluez.Error.NotReady"]) {
        return Fault::PoweredOff;
    }
    if has(&["Not connected", "Not Connected", "NotConnected"]) {
        return Fault::Gone;
    }
    if has(&["UnknownObject", "doesn't exist"]) {
        return Fault::NotFound;
    }
    Fault::Other(text)
}

/// What connecting went wrong with; anything that has no name of its own is a refusal.
fn refusal(error: &btleplug::Error) -> Fault {
    match fault(error) {
        Fault::Other(text) => Fault::Refused(text),
        other => other,
    }
}

/// Where a device is reached, as people see it. Some systems hide the address and give a number of
/// their own.
fn address(peripheral: &Peripheral) -> String {
    match peripheral.address() {
        none if none == BDAddr::default() => peripheral.id().to_string(),
        address => address.to_string(),
    }
}

async fn advert(adapter: &Adapter, id: &PeripheralId) -> Option<Advert> {
    let peripheral = adapter.peripheral(id).await.ok()?;
    let properties = peripheral.properties().await.ok()??;
    let address = address(&peripheral);
    // Until a name is heard, BlueZ gives the address with dashes in its place.
    let name = properties
        .local_name
        .or(properties.advertisement_name)
        .filter(|n| !n.replace('-', ":").eq_ignore_ascii_case(&address));
    let mut companies: Vec<_> = properties.manufacturer_data.into_keys().collect();
    companies.sort_unstable();
    Some(Advert { address, name, services: properties.services, companies, rssi_dbm: properties.rssi })
}

impl Transport for Ble {
    type Peer = BlePeer;

    async fn scan(&self) -> Result<mpsc::Receiver<Advert>, Fault> {
        let mut events = self.adapter.events().await.map_err(|e| fault(&e))?;
        let mut tries = 0;
        while let Err(e) = self.adapter.start_scan(ScanFilter::default()).await {
            // The end of the scan before can still be under way.
            tries += 1;
            if tries >= SCAN_TRIES || !e.to_string().contains("in progress") {
                return Err(fault(&e));
            }
            sleep(LOOK_AGAIN).await;
        }
        let (tx, rx) = mpsc::channel(ADVERTS);
        let adapter = self.adapter.clone();
        tokio::spawn(async move {
            let mut again = interval(LOOK_AGAIN);
            'scan: loop {
                let event = tokio::select! {
                    () = tx.closed() => break,
                    event = events.next() => event,
                    _ = again.tick() => {
                        // A name that comes later than the rest is announced by no event.
                        for known in adapter.peripherals().await.unwrap_or_default() {
                            if let Some(advert) = advert(&adapter, &known.id()).await
                                && tx.send(advert).await.is_err()
                            {
                                break 'scan;
                            }
                        }
                        continue;
                    }
                };
                let id = match event {
                    Some(
                        CentralEvent::DeviceDiscovered(id)
                        | CentralEvent::DeviceUpdated(id)
                        | CentralEvent::ManufacturerDataAdvertisement { id, .. }
                        | CentralEvent::ServicesAdvertisement { id, .. }
                        | CentralEvent::RssiUpdate { id, .. },
                    ) => id,
                    Some(_) => continue,
                    None => break,
                };
                if let Some(advert) = advert(&adapter, &id).await
                    && tx.send(advert).await.is_err()
                {
                    break;
                }
            }
            // Nobody is left to hear that it could not be ended.
            let _ = adapter.stop_scan().await;
        });
        Ok(rx)
    }

    async fn peer(&self, wanted: &str) -> Result<Option<BlePeer>, Fault> {
        let known = self.adapter.peripherals().await.map_err(|e| fault(&e))?;
        let found = known.into_iter().find(|p| address(p).eq_ignore_ascii_case(wanted));
        Ok(found.map(|peripheral| BlePeer { adapter: self.adapter.clone(), peripheral }))
    }
}

/// A device that the adapter knows.
#[derive(Clone, Debug)]
pub struct BlePeer {
    adapter: Adapter,
    peripheral: Peripheral,
}

impl BlePeer {
    fn characteristic(&self, uuid: Uuid) -> Result<Characteristic, Fault> {
        let found = self.peripheral.characteristics().into_iter().find(|c| c.uuid == uuid);
        found.ok_or(Fault::Missing(uuid))
    }

    /// Largest packet of the connection, bytes.
    pub fn mtu(&self) -> u16 {
        self.peripheral.mtu()
    }
}

impl Peer for BlePeer {
    async fn connect(&self) -> Result<(), Fault> {
        self.peripheral.connect().await.map_err(|e| refusal(&e))
    }

    async fn discover(&self) -> Result<Vec<Uuid>, Fault> {
        self.peripheral.discover_services().await.map_err(|e| fault(&e))?;
        Ok(self.peripheral.services().into_iter().map(|s| s.uuid).collect())
    }

    async fn subscribe(&self, to: Uuid) -> Result<(), Fault> {
        let characteristic = self.characteristic(to)?;
        self.peripheral.subscribe(&characteristic).await.map_err(|e| fault(&e))
    }

    async fn read(&self, from: Uuid) -> Result<Vec<u8>, Fault> {
        let characteristic = self.characteristic(from)?;
        self.peripheral.read(&characteristic).await.map_err(|e| fault(&e))
    }

    async fn write(&self, to: Uuid, bytes: &[u8]) -> Result<(), Fault> {
        let characteristic = self.characteristic(to)?;
        let kind = if characteristic.properties.contains(CharPropFlags::WRITE) {
            WriteType::WithResponse
        } else {
            WriteType::WithoutResponse
        };
        self.peripheral.write(&characteristic, bytes, kind).await.map_err(|e| fault(&e))
    }

    async fn notes(&self) -> Result<Notes, Fault> {
        let notes = self.peripheral.notifications().await.map_err(|e| fault(&e))?;
        Ok(Box::pin(notes.map(|n| Note { from: n.uuid, bytes: n.value })))
    }

    async fn lost(&self) {
        let id = self.peripheral.id();
        let Ok(mut events) = self.adapter.events().await else { return };
        // It may have gone before anyone listened.
        if !matches!(self.peripheral.is_connected().await, Ok(true)) {
            return;
        }
        while let Some(event) = events.next().await {
            if matches!(event, CentralEvent::DeviceDisconnected(gone) if gone == id) {
                return;
            }
        }
    }

    async fn disconnect(&self) {
        // One that is not connected any longer says so; it is what was wanted.
        let _ = self.peripheral.disconnect().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_the_service_are_told_by_their_text() {
        let other = |text: &str| fault(&btleplug::Error::Other(text.to_owned().into()));
        assert_eq!(
            other("D-Bus error: le-connection-abort-by-local (org.bluez.Error.Failed)"),
            Fault::AbortedLocally
        );
        assert!(matches!(
            other("Failed to connect to socket /run/dbus/system_bus_socket"),
            Fault::NoService(_)
        ));
        assert!(matches!(
            other("The name org.bluez was not provided by any .service files"),
            Fault::NoService(_)
        ));
        assert!(matches!(other("Rejected send message, 2 matched rules"), Fault::Denied(_)));
        assert_eq!(other("org.bluez.Error.NotReady"), Fault::PoweredOff);
        assert!(matches!(other("something else"), Fault::Other(_)));
    }
}
