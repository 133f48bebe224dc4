/** Two soft tones, a fifth apart. Browsers keep silent until the page was touched once. */
export function chime(): void {
  const audio = new AudioContext();
  const gain = audio.createGain();
  gain.connect(audio.destination);
  const now = audio.currentTime;
  gain.gain.setValueAtTime(0.0001, now);
  gain.gain.exponentialRampToValueAtTime(0.06, now + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.0001, now + 0.5);
  for (const [i, frequency] of [523.25, 783.99].entries()) {
    const tone = audio.createOscillator();
    tone.frequency.value = frequency;
    tone.connect(gain);
    tone.start(now + i * 0.12);
    tone.stop(now + 0.5);
  }
  setTimeout(() => void audio.close(), 1_000);
}
