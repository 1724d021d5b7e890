/**
 * System calls that a script in the sandbox does not get: those that hold memory which no process is seen to use, those
 * that lead into the kernel's less trodden parts, and those that make namespaces. A program of the kernel's own filter.
 */

/** https://github.com/torvalds/linux/blob/master/arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h */
const machines = {
  x64: {
    audit: 0xc000_003e,
    clone: 56,
    denied: [
      [29, 30, 31, 64, 65, 66, 68, 69, 70, 71], // shmget shmat shmctl semget semop semctl msgget msgsnd msgrcv msgctl
      [319, 447], // memfd_create memfd_secret
      [101, 310, 311], // ptrace process_vm_readv process_vm_writev
      [272, 308, 435], // unshare setns clone3
      [155, 165, 166, 428, 429, 430, 432, 442], // pivot_root mount umount2 open_tree move_mount fsopen fsmount mount_setattr
      [240, 248, 249, 250, 298, 321, 323, 425], // mq_open add_key request_key keyctl perf_event_open bpf userfaultfd io_uring_setup
    ],
  },
  arm64: {
    audit: 0xc000_00b7,
    clone: 220,
    denied: [
      [194, 195, 196, 190, 191, 193, 186, 187, 188, 189],
      [279, 447],
      [117, 270, 271],
      [97, 268, 435],
      [41, 40, 39, 428, 429, 430, 432, 442],
      [180, 217, 218, 219, 241, 280, 282, 425],
    ],
  },
} as const;

export type Machine = keyof typeof machines;
export const isMachine = (name: string): name is Machine => name in machines;

/** Every `CLONE_NEW…` that `clone` takes. */
const newNamespaces = 0x7e02_0000;
const load = 0x20;
const ifEqual = 0x15;
const ifAtLeast = 0x35;
const ifAnyBit = 0x45;
const answer = 0x06;
/** ENOSYS, as of a kernel that does not have it: programs then do without. */
const refuse = 0x0005_0026;
const allow = 0x7fff_0000;

/** Of another machine's numbers, 32 bits or x32, nothing is let through at all. */
export function systemCallFilter(machine: Machine): Buffer {
  const { audit, clone, denied } = machines[machine];
  // From the back: what is refused is the last but one, so that each jump is as far as what still follows.
  const checks: readonly (readonly [code: number, k: number])[] = [
    ...(machine === "x64" ? [[ifAtLeast, 0x4000_0000] as const] : []),
    ...denied.flat().map((number) => [ifEqual, number] as const),
  ];
  const tail = 3; // the look at clone's number, the load of its flags, the look at them
  const program: [number, number, number, number][] = [
    [load, 0, 0, 4],
    [ifEqual, 0, 1 + checks.length + tail, audit],
    [load, 0, 0, 0],
    ...checks.map(([code, k], index): [number, number, number, number] => [
      code,
      checks.length - 1 - index + tail,
      0,
      k,
    ]),
    [ifEqual, 0, 3, clone],
    [load, 0, 0, 16],
    [ifAnyBit, 0, 1, newNamespaces],
    [answer, 0, 0, refuse],
    [answer, 0, 0, allow],
  ];
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, [code, yes, no, k]] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(yes, index * 8 + 2);
    bytes.writeUInt8(no, index * 8 + 3);
    bytes.writeUInt32LE(k, index * 8 + 4);
  }
  return bytes;
}
