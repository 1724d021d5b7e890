/** The texts of engine/azure/guest/guest.sh and guest.ps1. */
export const guestScripts: Readonly<Record<"guest.sh" | "guest.ps1", string>>;
