import { Screen, ScreenOrder } from "./screen";

const scope = self as unknown as DedicatedWorkerGlobalScope;
const screen = new Screen((event, transfer) => scope.postMessage(event, transfer ?? []));
scope.onmessage = (message: MessageEvent<ScreenOrder>) => screen.obey(message.data);
