// The tools of the two agents. Their data is made up; their delays and failures are like those of real services.
import { pause } from './model.mjs';

const timetable = {
  DB: [{ train: 'EC 175', departs: '06:16', arrives: '15:49', changes: 1, price: 119.8 }, { train: 'ICE 93', departs: '10:05', arrives: '17:45', changes: 0, price: 139.8 }],
  OEBB: [{ train: 'NJ 457', departs: '18:43', arrives: '07:00', changes: 0, price: 98.4 }],
  RegioJet: [{ train: 'RJ 1041', departs: '07:20', arrives: '16:31', changes: 1, price: 74 }],
};

const guides = [
  { id: 'guide-12', score: 0.91, content: 'Seat reservations are included in the price of the night train, but not of the EC.' },
  { id: 'guide-31', score: 0.84, content: 'Berlin to Vienna by day takes a little under eight hours when no change is needed.' },
  { id: 'guide-07', score: 0.62, content: 'Bicycles need a place of their own on every international train.' },
];

let searches = 0;
let holds = 0;

/** Connections of one company. The second search of a run is refused, because services do that. */
export async function searchTrains({ carrier }) {
  const mine = ++searches;
  await pause(500 + 260 * mine);
  if (mine === 2) throw new Error(`429 Too Many Requests: ${carrier} allows one search a second`);
  return { carrier, currency: 'EUR', connections: timetable[carrier] };
}

export async function estimateEmissions({ train }) {
  await pause(420);
  return { train, kilogramsCo2: 14.2, byPlane: 172 };
}

/** Seats side by side. The first try meets a gateway that times out. */
export async function holdSeats({ train, passengers }) {
  const attempt = ++holds;
  await pause(attempt === 1 ? 1100 : 640);
  if (attempt === 1) throw new Error('504 Gateway Timeout: reservation service did not answer within 1 s');
  return { train, seats: Array.from({ length: passengers }, (_, seat) => `7/${41 + seat}`), heldUntil: '18:00' };
}

export async function embed(query) {
  await pause(180);
  return Array.from({ length: 8 }, (_, index) => Math.round(Math.sin(query.length * (index + 1)) * 1000) / 1000);
}

export async function searchGuides() {
  await pause(340);
  return guides;
}

/** Tries again after a failure, with a longer wait each time. */
export async function withRetry(attempts, work) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      if (attempt >= attempts) throw error;
      await pause(300 * attempt);
    }
  }
}
