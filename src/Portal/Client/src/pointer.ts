import type { ScreenEvent } from "./screen";

/** Browsers show no larger pointer. */
const sideMax = 128;

/** The desktop's pointer as a style of the canvas: the browser moves it, so it never lags behind the hand. */
export async function showPointer(canvas: HTMLCanvasElement, event: ScreenEvent & { kind: "pointer" }): Promise<void> {
  if (event.shape !== "bitmap" || !event.pixels) {
    canvas.style.cursor = event.shape === "hidden" ? "none" : "default";
    return;
  }
  const { width, height, x, y } = event;
  const drawing = document.createElement("canvas");
  const scale = Math.min(1, sideMax / Math.max(width, height));
  drawing.width = Math.max(1, Math.round(width * scale));
  drawing.height = Math.max(1, Math.round(height * scale));
  const bitmap = await createImageBitmap(new ImageData(event.pixels, width, height));
  drawing.getContext("2d")!.drawImage(bitmap, 0, 0, drawing.width, drawing.height);
  bitmap.close();
  canvas.style.cursor = `url(${drawing.toDataURL()}) ${Math.round(x * scale)} ${Math.round(y * scale)}, default`;
}
