/** A certificate authority, and leaf certificates of it for loopback. DER by hand: nothing at hand makes certificates. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";
import { isIP, isIPv4 } from "node:net";
const tlv = (tag: number, ...parts: Buffer[]): Buffer => {
  const b = Buffer.concat(parts),
    n = b.length;
  return Buffer.concat([Buffer.from([tag, ...(n < 128 ? [n] : n < 256 ? [0x81, n] : [0x82, n >> 8, n & 255])]), b]);
};
const seq = (...p: Buffer[]) => tlv(0x30, ...p),
  octets = (b: Buffer) => tlv(4, b),
  bits = (b: Buffer) => tlv(3, Buffer.from([0]), b),
  hex = (s: string) => Buffer.from(s, "hex");
const oid = (h: string) => tlv(6, hex(h)),
  yes = tlv(1, Buffer.from([255]));
const algorithm = seq(oid("2a8648ce3d040302")); // ecdsa-with-SHA256
const name = (cn: string) => seq(tlv(0x31, seq(oid("550403"), tlv(0x0c, Buffer.from(cn)))));
const time = (ms: number) =>
  tlv(0x18, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`));
const extension = (id: string, critical: boolean, value: Buffer) =>
  seq(oid(id), ...(critical ? [yes] : []), octets(value));
const pem = (der: Buffer) =>
  `-----BEGIN CERTIFICATE-----\n${der
    .toString("base64")
    .match(/.{1,64}/g)
    ?.join("\n")}\n-----END CERTIFICATE-----\n`;
const day = 86_400_000;
/** What a verifier finds the authority's key by: clients of OpenSSL 3 want it of every certificate. */
const keyId = (key: KeyObject) => key.export({ type: "spki", format: "der" }).subarray(-65).subarray(0, 20);

interface Subject {
  readonly subject: string;
  readonly issuer: string;
  readonly key: KeyObject;
  readonly issuerKey: KeyObject;
  readonly days: number;
  readonly now: number;
  readonly extensions: Buffer[];
}
function certificate({ subject, issuer, key, issuerKey, days, now, extensions }: Subject): string {
  const serial = randomBytes(12);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const tbs = seq(
    tlv(0xa0, tlv(2, Buffer.from([2]))),
    tlv(2, serial),
    algorithm,
    name(issuer),
    seq(time(now - day), time(now + days * day)),
    name(subject),
    key.export({ type: "spki", format: "der" }),
    tlv(
      0xa3,
      seq(
        ...extensions,
        extension("551d0e", false, octets(keyId(key))),
        extension("551d23", false, seq(tlv(0x80, keyId(createPublicKey(issuerKey))))),
      ),
    ),
  );
  return pem(seq(tbs, algorithm, bits(sign("sha256", tbs, issuerKey))));
}
const pemKey = (key: KeyObject): string => key.export({ type: "pkcs8", format: "pem" }).toString();

export interface Authority {
  readonly certPem: string;
  readonly keyPem: string;
}
export const authorityName = "runbook Azure emulator CA";

/** Good for ten years. It may sign leaves only. */
export function makeAuthority(now = Date.now()): Authority {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const certPem = certificate({
    subject: authorityName,
    issuer: authorityName,
    key: publicKey,
    issuerKey: privateKey,
    days: 3650,
    now,
    extensions: [
      extension("551d13", true, seq(yes, tlv(2, Buffer.from([0])))),
      extension("551d0f", true, tlv(3, Buffer.from([1, 6]))),
    ],
  });
  return { certPem, keyPem: pemKey(privateKey) };
}

/** Good for a year, for the names and addresses given. */
export function leafOf(authority: Authority, names: readonly string[], now = Date.now()): Authority {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const alternatives = names.map((one) =>
    isIP(one) ? tlv(0x87, addressBytes(one)) : tlv(0x82, Buffer.from(one, "ascii")),
  );
  const certPem = certificate({
    subject: names[0] ?? "localhost",
    issuer: authorityName,
    key: publicKey,
    issuerKey: createPrivateKey(authority.keyPem),
    days: 365,
    now,
    extensions: [
      extension("551d13", true, seq()),
      extension("551d0f", true, tlv(3, Buffer.from([7, 0x80]))),
      extension("551d11", false, seq(...alternatives)),
      extension("551d25", false, seq(oid("2b06010505070301"))),
    ],
  });
  return { certPem, keyPem: pemKey(privateKey) };
}

function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split(".").map(Number));
  const [head = "", tail] = address.split("::");
  const groups = (text: string): string[] => (text === "" ? [] : text.split(":"));
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const zeros: string[] = Array.from({ length: 8 - before.length - after.length }, () => "0");
  return Buffer.concat([...before, ...zeros, ...after].map((group) => hex(group.padStart(4, "0"))));
}
