/** A certificate authority and one leaf certificate for loopback, DER by hand. */
import { generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";
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
const time = (d: Date) => tlv(0x18, Buffer.from(`${d.toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`));
const extension = (id: string, critical: boolean, value: Buffer) =>
  seq(oid(id), ...(critical ? [yes] : []), octets(value));
const pem = (der: Buffer) =>
  `-----BEGIN CERTIFICATE-----\n${der
    .toString("base64")
    .match(/.{1,64}/g)
    ?.join("\n")}\n-----END CERTIFICATE-----\n`;
function certificate(
  subject: string,
  issuer: string,
  key: KeyObject,
  issuerKey: KeyObject,
  extensions: Buffer[],
): string {
  const day = 86_400_000,
    serial = randomBytes(12);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const tbs = seq(
    tlv(0xa0, tlv(2, Buffer.from([2]))),
    tlv(2, serial),
    algorithm,
    name(issuer),
    seq(time(new Date(Date.now() - day)), time(new Date(Date.now() + 365 * day))),
    name(subject),
    key.export({ type: "spki", format: "der" }),
    tlv(0xa3, seq(...extensions)),
  );
  return pem(seq(tbs, algorithm, bits(sign("sha256", tbs, issuerKey))));
}
export function loopbackCertificate(): { caPem: string; certPem: string; keyPem: string } {
  const ca = generateKeyPairSync("ec", { namedCurve: "P-256" }),
    leaf = generateKeyPairSync("ec", { namedCurve: "P-256" }),
    issuer = "Azure emulator CA";
  const caPem = certificate(issuer, issuer, ca.publicKey, ca.privateKey, [
    extension("551d13", true, seq(yes)),
    extension("551d0f", true, tlv(3, Buffer.from([1, 6]))),
  ]);
  const names = seq(tlv(0x82, Buffer.from("localhost")), tlv(0x87, Buffer.from([127, 0, 0, 1])));
  const certPem = certificate("localhost", issuer, leaf.publicKey, ca.privateKey, [
    extension("551d13", true, seq()),
    extension("551d11", false, names),
    extension("551d25", false, seq(oid("2b06010505070301"))),
  ]);
  return { caPem, certPem, keyPem: leaf.privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
}
