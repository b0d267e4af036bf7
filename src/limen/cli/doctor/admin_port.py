"""Who reaches the admin interface, and what do they have to show? (docs/adr/0021)"""

from limen.cli.doctor.finding import Finding, Notes, Patient
from limen.cli.doctor.hosts import is_loopback
from limen.kernel.clock import Clock
from limen.ports.storage import Storage


async def examined(patient: Patient, clock: Clock, storage: Storage | None) -> list[Finding]:
    """Raises StorageUnavailable."""
    notes, admin = Notes("admin port"), patient.config.serve.admin
    keys = await storage.admin_keys.all() if storage is not None else ()
    good = [key for key in keys if key.good(clock.now())]
    asked = admin.require_key is True or (admin.require_key is None and bool(keys))
    alone = is_loopback(admin.host)
    if not asked and not alone:
        notes.problem(
            f"The admin interface listens on {admin.host} and asks for no key: whoever reaches it can do everything.",
            "Bind it to 127.0.0.1, or make a key: limen keys create NAME",
            "serve.admin.host",
        )
    elif not asked:
        notes.warning(
            "Every program on this machine can use the admin interface.",
            "Make a key if you do not trust them all: limen keys create NAME",
            "serve.admin.require_key",
        )
    if asked and not good and storage is not None:
        notes.problem("The admin interface asks for a key, and no good one is left.", "limen keys create NAME")
    if asked and not alone and admin.tls is None:
        notes.warning(
            "Keys travel to the admin interface in clear.",
            "Reach it through a proxy with a certificate, or through a private network only.",
            "serve.admin.tls",
        )
    return notes.done(f"The admin interface asks for a key; {len(good)} are good.")
