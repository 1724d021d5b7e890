export { VirtualClock } from "../../engine/run/virtual-clock.ts";
